// davexmlrpc.js - npm's davexmlrpc, by an author of XML-RPC. Protocol: lines.js
const { serve, url } = require('./lines.js');
const client = require('davexmlrpc').client;

serve((method, params) => new Promise((done, failed) =>
	client(url.href, method, params, 'xml',
		(error, value) => error ? failed(error) : done(value))));
