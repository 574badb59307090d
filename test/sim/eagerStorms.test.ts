import { describeStorms } from './support/describeStorms';

describeStorms([3, 4, 5, 7], 'eager', 5);
describeStorms([16], 'eager', 2);
