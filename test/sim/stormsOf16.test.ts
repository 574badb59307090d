import { describeStorms } from './support/describeStorms';

describeStorms([16]);
