/** The knobs of AWS' own that no neutral word covers, as the planner takes them. */
export type { AwsOptions } from '../../annotations/aws.ts'
