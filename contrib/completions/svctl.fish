# svctl.fish - fish completion for svctl, also where it is called supervisorctl. svctl itself knows
# what may follow.
function __svctl_complete
    set -l words (commandline -opc) (commandline -ct)
    command $words[1] --complete $words[2..-1] 2>/dev/null
end
complete -c svctl -f -a '(__svctl_complete)'
complete -c supervisorctl -f -a '(__svctl_complete)'
complete -c svctl -s c -l configuration -r -F
complete -c supervisorctl -s c -l configuration -r -F
