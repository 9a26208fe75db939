# svctl.bash - bash completion for svctl, also where it is called supervisorctl. svctl itself knows
# what may follow. Colons part words in bash, so that what stands before the last one is there
# already. Bash puts a candidate into the line as it is: so a name gets its quotes here, lest the
# line do more than name it.
_svctl() {
	local line=${COMP_LINE:0:COMP_POINT} word candidate
	local -a words

	read -ra words <<<"$line"
	[[ $line == *[[:blank:]] ]] && words+=("")
	word=${words[-1]}
	COMPREPLY=()
	while IFS= read -r candidate; do
		[[ $COMP_WORDBREAKS == *:* ]] && candidate=${candidate#"${word%"${word##*:}"}"}
		printf -v candidate %q "$candidate"
		COMPREPLY+=("$candidate")
	done < <("${words[0]}" --complete "${words[@]:1}" 2>/dev/null)
}
complete -o default -F _svctl svctl supervisorctl
