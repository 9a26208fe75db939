# rpc_xml.pl - Perl's RPC::XML::Client. Protocol: lines.js
use strict;
use warnings;
use JSON::PP;
use RPC::XML;
use RPC::XML::Client;

$RPC::XML::ENCODING = 'utf-8';
my $json = JSON::PP->new->utf8->canonical->allow_nonref;
my $client = RPC::XML::Client->new($ARGV[0]);

sub typed {
	my $value = shift;
	return RPC::XML::boolean->new($value ? 1 : 0) if JSON::PP::is_bool($value);
	return [map { typed($_) } @$value] if ref $value eq 'ARRAY';
	return { map { $_ => typed($value->{$_}) } keys %$value } if ref $value eq 'HASH';
	return $value;
}

$| = 1;
while (my $line = <STDIN>) {
	my ($method, @params) = map { typed($_) } @{$json->decode($line)};
	my $answer = $client->send_request($method, @params);
	die $answer unless ref $answer;
	print $json->encode($answer->is_fault ? { fault => [$answer->code, $answer->string] }
					      : { result => $answer->value }), "\n";
}
