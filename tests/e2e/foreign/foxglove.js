// foxglove.js - npm's @foxglove/xmlrpc, over fetch. Protocol: lines.js
const { basic, serve, url } = require('./lines.js');
const { XmlRpcClient } = require('@foxglove/xmlrpc');
const client = new XmlRpcClient(`${url.origin}${url.pathname}`,
	{ headers: { Authorization: basic }, encoding: 'utf-8' });

serve((method, params) => client.methodCall(method, params));
