/** What is said of a Service whose class no provider serves: the same words everywhere. Pure. */
import { nearest } from '../../annotations/nearest.ts'
import { classOf } from '../model/names.ts'
import { quoted } from '../model/text.ts'

/** Sentences; the first begins in lower case. `names`: of the providers that there are. The class of a Service cannot be changed while its type is LoadBalancer (KEP-1959). */
export function unservedClassText(loadBalancerClass: string, names: readonly string[]): string {
  const classes = names.map((name) => classOf(name))
  const meant = nearest(loadBalancerClass, classes)
  return [
    `no provider here serves the class ${quoted(loadBalancerClass)}; allowed: ${classes.join(', ')}.`,
    ...(meant === undefined ? [] : [`Did you mean ${meant}?`]),
    'A class cannot be changed: delete the Service and create it again.',
  ].join(' ')
}
