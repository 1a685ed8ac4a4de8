/** What cloud-provider-azure's annotations say of rules and of who may connect. */
import type { Translation } from '../define.ts'
import { cidrs } from '../parsers.ts'
import { printing, printingOf, reading, wholeIn } from '../translated.ts'
import { azureBoolean, PREFIX, UPSTREAM, whole } from './values.ts'

export const ruleTranslations: readonly Translation[] = [
  {
    key: `${PREFIX}load-balancer-tcp-idle-timeout`,
    doc: 'After how many minutes without a byte a connection ends.',
    example: '15',
    words: ['idle-timeout'],
    ...reading(whole({ min: 4, max: 100, of: 'minutes' }), (minutes) => ({ 'idle-timeout': `${minutes}m` })),
    print: printing(wholeIn(60)),
  },
  {
    key: `${PREFIX}load-balancer-disable-tcp-reset`,
    doc: 'Whether both sides of an idle connection are not informed that it ended.',
    example: 'true',
    words: ['tcp-reset'],
    ...reading(azureBoolean, (isOff) => ({ 'tcp-reset': String(!isOff) })),
    print: printingOf({ true: 'false', false: 'true' }),
  },
  {
    key: `${UPSTREAM}port_{port}_no_lb_rule`,
    perPort: `${UPSTREAM}port_{port}_no_lb_rule`,
    doc: 'The port stays inside the cluster.',
    example: 'true',
    words: ['listener'],
    ...reading(azureBoolean, (isOff) => ({ listener: isOff ? 'off' : 'on' })),
    print: printingOf({ off: 'true', on: 'false' }),
  },
  {
    key: `${PREFIX}allowed-ip-ranges`,
    doc: 'From where clients may come. One range that is wrong is a problem, and what is served stays as it is (cloud-provider-azure closes the Service). `spec.loadBalancerSourceRanges` takes precedence.',
    example: '192.0.2.0/24,2001:db8::/32',
    words: ['source-ranges'],
    ...reading(cidrs, (ranges) => ({ 'source-ranges': ranges.join(',') })),
    print: printing(),
  },
]
