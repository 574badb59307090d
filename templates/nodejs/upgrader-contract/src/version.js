'use strict';

// Change it, build, and upgrade with the client.
exports.version = '1.0';
