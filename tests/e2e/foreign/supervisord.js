// supervisord.js - npm's supervisord, whose methods have the names of Supervisor's. Protocol: lines.js
const { serve, url } = require('./lines.js');
const client = require('supervisord').connect(url.href);

serve((method, params) => new Promise((done, failed) =>
	client[method.split('.').pop()](...params,
		(error, value) => error ? failed(error) : done(value))));
