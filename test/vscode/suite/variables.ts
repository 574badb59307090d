/** What the runner tells the suites in the extension host, as environment variables. */

/** The file for the result, as a Tally. */
export const REPORT_VARIABLE = 'HOTPOCKET_TEST_HOST_REPORT';

/** A regular expression that chooses tests by their full titles; all when empty. */
export const GREP_VARIABLE = 'HOTPOCKET_TEST_GREP';

/** A test file, by its path in the project; all when empty. */
export const FILE_VARIABLE = 'HOTPOCKET_TEST_FILE';

/** The folders of the extension and of the tests, one a line: whose errors are ours. */
export const OUR_FOLDERS_VARIABLE = 'HOTPOCKET_TEST_OUR_FOLDERS';
