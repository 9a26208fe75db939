<?php
// xmlrpc.php - PHP's extension over a stream, as PHP programs have called Supervisor for ages.
// Protocol: lines.js
$url = parse_url($argv[1]);
$address = "http://{$url['host']}:{$url['port']}{$url['path']}";
$login = base64_encode(urldecode($url['user']) . ':' . urldecode($url['pass']));

while (($line = fgets(STDIN)) !== false) {
	$params = json_decode($line, true);
	$method = array_shift($params);
	$context = stream_context_create(['http' => [
		'method' => 'POST',
		'header' => ['Content-Type: text/xml', "Authorization: Basic $login"],
		'content' => xmlrpc_encode_request($method, $params,
			['encoding' => 'utf-8', 'escaping' => 'markup']),
	]]);
	$value = xmlrpc_decode(file_get_contents($address, false, $context), 'utf-8');
	$fault = is_array($value) && xmlrpc_is_fault($value);
	echo json_encode($fault ? ['fault' => [$value['faultCode'], $value['faultString']]]
				: ['result' => $value], JSON_THROW_ON_ERROR), "\n";
}
