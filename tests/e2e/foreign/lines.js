// lines.js - what the clients in JavaScript share: a call in each line of standard input, as JSON,
// ["method", parameter...], and for each a line with {"result": ...} or {"fault": [code, text]}.
const readline = require('readline');

exports.url = new URL(process.argv[2]);
exports.basic = 'Basic ' + Buffer.from(
	`${decodeURIComponent(exports.url.username)}:${decodeURIComponent(exports.url.password)}`
).toString('base64');

// call(method, params) gives a promise
exports.serve = async function (call) {
	for await (const line of readline.createInterface({ input: process.stdin })) {
		const [method, ...params] = JSON.parse(line);
		let answer;
		try {
			answer = { result: await call(method, params) };
		} catch (error) {
			if (error.faultCode === undefined)
				throw error;
			answer = { fault: [error.faultCode, error.faultString] };
		}
		console.log(JSON.stringify(answer));
	}
};
