import { describeStorms } from './support/describeStorms';

describeStorms([3, 4, 5, 7], 'switched', 4);
