'use strict';

/** What users send may be anything, and a contract that throws ends its round for all of them. So what is no request is one of no type. */
function parse(message) {
  try {
    const request = JSON.parse(message.toString());
    return typeof request === 'object' && request !== null ? request : {};
  } catch {
    return {};
  }
}

module.exports = { parse };
