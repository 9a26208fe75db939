# frontier.pl - Perl's Frontier::Client. Protocol: lines.js
use strict;
use warnings;
use Frontier::Client;
use JSON::PP;

my $json = JSON::PP->new->utf8->canonical->allow_nonref->convert_blessed;
my $client = Frontier::Client->new(url => $ARGV[0], encoding => 'utf-8');

sub Frontier::RPC2::Boolean::TO_JSON { $_[0]->value ? JSON::PP::true : JSON::PP::false }

sub typed {
	my $value = shift;
	return $client->boolean($value ? 1 : 0) if JSON::PP::is_bool($value);
	return [map { typed($_) } @$value] if ref $value eq 'ARRAY';
	return { map { $_ => typed($value->{$_}) } keys %$value } if ref $value eq 'HASH';
	return $value;
}

$| = 1;
while (my $line = <STDIN>) {
	my ($method, @params) = map { typed($_) } @{$json->decode($line)};
	my $result = eval { $client->call($method, @params) };
	if ($@) {
		$@ =~ /Fault returned from XML RPC Server, fault code (\d+): (.*?)\n?$/ or die $@;
		print $json->encode({ fault => [$1 + 0, $2] }), "\n";
	} else {
		print $json->encode({ result => $result }), "\n";
	}
}
