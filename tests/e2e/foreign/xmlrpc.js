// xmlrpc.js - npm's xmlrpc, the client of most programs in Node. Protocol: lines.js
const { serve, url } = require('./lines.js');
const client = require('xmlrpc').createClient({
	host: url.hostname, port: url.port, path: url.pathname,
	basic_auth: { user: url.username, pass: url.password },
});

serve((method, params) => new Promise((done, failed) =>
	client.methodCall(method, params, (error, value) => error ? failed(error) : done(value))));
