# xmlrpc.rb - Ruby's XMLRPC::Client. Protocol: lines.js
require 'json'
require 'xmlrpc/client'

client = XMLRPC::Client.new2(ARGV[0])
$stdout.sync = true
while (line = $stdin.gets)
  ok, value = client.call2(*JSON.parse(line))
  answer = ok ? { result: value } : { fault: [value.faultCode, value.faultString] }
  puts JSON.generate(answer)
end
