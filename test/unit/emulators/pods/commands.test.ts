/** What the commands of a pod make of their words, and where a pod's connections may go. Pure. */
import { describe, expect, test } from 'vitest'
import type { Answer, Question } from '../../../../emulators/dns/index.ts'
import { readCurl } from '../../../../emulators/machines/pod/commands/curl-options.ts'
import { readDig } from '../../../../emulators/machines/pod/commands/dig.ts'
import { wordsOf } from '../../../../emulators/machines/pod/commands/shell.ts'
import { responseTo } from '../../../../emulators/machines/pod/http-response.ts'
import { reach } from '../../../../emulators/machines/pod/reach.ts'
import { candidates, lookUp, readHosts, readResolvConf } from '../../../../emulators/machines/pod/resolution.ts'

describe('sh -c', () => {
  const environment = new Map([
    ['URL', 'http://web/'],
    ['TWO', 'a b'],
    ['EMPTY', ''],
  ])
  test.each<[string, readonly string[]]>([
    ['', []],
    ['  echo   a  b ', ['echo', 'a', 'b']],
    ['curl $URL', ['curl', 'http://web/']],
    ['curl "${URL}x"', ['curl', 'http://web/x']],
    ["echo '$URL'", ['echo', '$URL']],
    ['echo "a;b|c"', ['echo', 'a;b|c']],
    ['echo $TWO', ['echo', 'a b']],
    ['echo $EMPTY x', ['echo', 'x']],
    ['echo "$EMPTY" x', ['echo', '', 'x']],
    ['echo $NO.', ['echo', '.']],
    [String.raw`echo \$URL a\ b`, ['echo', '$URL', 'a b']],
    [String.raw`echo "\$URL \"q\" \n"`, ['echo', String.raw`$URL "q" \n`]],
    ["echo pre'fix'ed", ['echo', 'prefixed']],
    ['curl http://a/?b=c'.replace('?', "'?'"), ['curl', 'http://a/?b=c']],
  ])('%s', (text, words) => {
    expect(wordsOf(text, environment)).toEqual(words)
  })

  test.each([
    'echo a; ls',
    'a | b',
    'a && b',
    'echo $(ls)',
    'echo `ls`',
    'cat < /etc/passwd',
    'echo a > b',
    'echo *',
    '(ls)',
    'echo "$(ls)"',
    'a\nb',
    "echo 'a",
    '! a',
  ])('%s takes a whole shell, and is refused', (text) => {
    expect(() => wordsOf(text, environment)).toThrow('the playground has no whole shell')
  })

  test('what variables make of it stays within bounds', () => {
    const big = new Map([['B', 'x'.repeat(131_072)]])
    expect(() => wordsOf('echo '.concat('$B'.repeat(9)), big)).toThrow('longer than')
    expect(() => wordsOf(`echo "${'$B'.repeat(9)}"`, big)).toThrow('longer than')
  })
})

describe('curl', () => {
  test.each<[readonly string[], object]>([
    [['http://web:8080/a?b=c'], { url: 'http://web:8080/a?b=c', headers: {}, showsHead: false, seconds: 30 }],
    [['web'], { url: 'http://web/', headers: {}, showsHead: false, seconds: 30 }],
    [['-si', '-m', '2.5', 'web'], { url: 'http://web/', headers: {}, showsHead: true, seconds: 2.5 }],
    [['-H', 'Host: shop', '-HX-A:b', 'web', '--silent'], { url: 'http://web/', headers: { host: 'shop', 'x-a': 'b' }, showsHead: false, seconds: 30 }],
    [['--max-time', '3', '--include', '--header', 'Host: a', 'web'], { url: 'http://web/', headers: { host: 'a' }, showsHead: true, seconds: 3 }],
  ])('%j', (args, expected) => {
    const { url, ...rest } = readCurl(args)
    expect({ url: url.href, ...rest }).toEqual(expected)
  })

  test.each<[readonly string[], number, string]>([
    [[], 2, 'one URL'],
    [['a', 'b'], 2, 'here are 2'],
    [['-o', 'file', 'a'], 2, 'option -o: is unknown; allowed are -s'],
    [['--proxy', 'b', 'a'], 2, 'option --proxy: is unknown'],
    [['--constructor', 'a'], 2, 'option --constructor: is unknown'],
    [['a', '-H'], 2, 'option -H: requires parameter'],
    [['-H', 'a\r\nb: c', 'a'], 2, 'is not a header'],
    [['-m', '0', 'a'], 2, 'is not a time'],
    [['-m', '301', 'a'], 2, 'up to 300'],
    [['https://a'], 1, 'Protocol "https" not supported'],
    [['file:///etc/passwd'], 1, 'Protocol "file" not supported'],
    [['http://['], 3, 'URL rejected'],
  ])('%j is refused', (args, code, message) => {
    expect(() => readCurl(args)).toThrow(expect.objectContaining({ code, message: expect.stringContaining(message) as string }) as Error)
  })
})

describe('dig', () => {
  test.each<[readonly string[], string, string]>([
    [['web.default'], 'web.default', 'A'],
    [['web', 'srv', '+short'], 'web', 'SRV'],
    [['-x', '10.96.0.1'], '1.0.96.10.in-addr.arpa', 'PTR'],
    [['web.'], 'web', 'A'],
  ])('%j asks for %s %s', (args, name, type) => {
    expect(readDig(args).question).toEqual({ name, type })
  })

  test.each([[['@8.8.8.8', 'a']], [['a', 'MX']], [['a', '+tcp']], [['-x', 'a']], [['a', 'A', 'b']], [[`${'a'.repeat(64)}.b`]], [['-f', 'x']]])(
    '%j is refused',
    (args) => {
      expect(() => readDig(args)).toThrow(/^dig: /)
    },
  )
})

describe('a name', () => {
  const conf = readResolvConf('search shop.svc.cluster.local svc.cluster.local\nnameserver 127.0.0.1\noptions edns0 ndots:2\n# 127.0.0.1 answers on port 1\n')
  test('the file of the resolver is read', () => {
    expect(conf).toEqual({ nameservers: ['127.0.0.1'], searches: ['shop.svc.cluster.local', 'svc.cluster.local'], ndots: 2 })
    expect(readResolvConf('')).toEqual({ nameservers: [], searches: [], ndots: 1 })
  })

  test.each<[string, readonly string[]]>([
    ['web', ['web.shop.svc.cluster.local', 'web.svc.cluster.local', 'web']],
    ['web.shop', ['web.shop.shop.svc.cluster.local', 'web.shop.svc.cluster.local', 'web.shop']],
    ['a.b.c', ['a.b.c', 'a.b.c.shop.svc.cluster.local', 'a.b.c.svc.cluster.local']],
    ['web.', ['web']],
  ])('%s is sought as %j', (name, expected) => {
    expect(candidates(name, conf)).toEqual(expected)
  })

  const records: Readonly<Record<string, Answer['answers']>> = {
    'web.shop.svc.cluster.local': [{ name: 'web.shop.svc.cluster.local', type: 'A', data: '10.96.0.9' }],
    'six.shop.svc.cluster.local': [{ name: 'six.shop.svc.cluster.local', type: 'AAAA', data: 'fd00::1' }],
    'out.shop.svc.cluster.local': [{ name: 'out.shop.svc.cluster.local', type: 'CNAME', data: 'www.example.com' }],
    'lost.shop.svc.cluster.local': [{ name: 'lost.shop.svc.cluster.local', type: 'CNAME', data: 'no.shop.svc.cluster.local' }],
  }
  const ask = ({ name, type }: Question): Answer => {
    const answers = (records[name] ?? []).filter((record) => record.type === type || record.type === 'CNAME')
    const rcode = name.endsWith('cluster.local') ? (records[name] === undefined ? 'NXDOMAIN' : 'NOERROR') : 'REFUSED'
    return { rcode, answers, authorities: [], additionals: [] }
  }
  const hosts = readHosts('127.0.0.1\tlocalhost\n# 1.1.1.1 no\n10.244.1.2\tclient.pets\tclient # me\n')

  test.each<[string, object]>([
    ['web', { kind: 'found', name: 'web.shop.svc.cluster.local', addresses: ['10.96.0.9'] }],
    ['six', { kind: 'found', name: 'six.shop.svc.cluster.local', addresses: ['fd00::1'] }],
    ['Client', { kind: 'found', name: 'Client', addresses: ['10.244.1.2'] }],
    ['localhost', { kind: 'found', name: 'localhost', addresses: ['127.0.0.1'] }],
    ['10.244.1.9', { kind: 'found', name: '10.244.1.9', addresses: ['10.244.1.9'] }],
    ['out', { kind: 'outside', name: 'www.example.com' }],
    ['www.example.com', { kind: 'outside', name: 'www.example.com' }],
    ['no.shop.svc.cluster.local.', { kind: 'missing' }],
    ['lost.shop.svc.cluster.local.', { kind: 'missing' }],
  ])('%s is found as %j', (name, expected) => {
    expect(lookUp(name, { conf, hosts, ask })).toEqual(expected)
  })

  test('is not found without a name server, but for those in the hosts file', () => {
    expect(lookUp('web', { conf, hosts, ask: undefined })).toEqual({ kind: 'no-server' })
    expect(lookUp('client', { conf, hosts, ask: undefined })).toMatchObject({ kind: 'found' })
  })
})

describe("a pod's connection", () => {
  const foundAt = (ip: string, port: number): { ip: string; port: number } => ({
    ip: ip.replace(/^10\.(244|96)\./, '127.$1.').replace(/^172\.18\./, '127.18.'),
    port,
  })

  test.each<[string, number, string]>([
    ['10.244.1.2', 8080, '127.244.1.2:8080'],
    ['172.18.0.2', 10_256, '127.18.0.2:10256'],
    ['10.96.0.9', 80, '127.96.0.9:80'],
    ['127.0.0.1', 22, '127.244.1.2:22'],
    ['::1', 8080, '127.244.1.2:8080'],
    ['localhost', 8080, 'outside'],
    ['127.0.0.2', 8080, 'outside'],
    ['127.244.1.2', 8080, 'outside'],
    ['0.0.0.0', 8080, 'outside'],
    ['::ffff:127.0.0.1', 8080, 'outside'],
    ['192.0.2.1', 80, 'outside'],
    ['169.254.169.254', 80, 'outside'],
    ['10.244.1.2.example.com', 80, 'outside'],
  ])('to %s port %i: %s', (ip, port, expected) => {
    const at = reach('10.244.1.2', { ip, port }, foundAt)
    expect(at === undefined ? 'outside' : `${at.ip}:${at.port}`).toBe(expected)
  })
})

describe("a pod's server", () => {
  const content = { files: new Map([['/etc/hostname', 'web\n']]), environment: new Map([['A', 'b']]), greeting: 'web (10.244.1.2) to 10.244.1.3' }
  test.each<[string, string | undefined, number, string]>([
    ['alias', undefined, 200, `${content.greeting}\n`],
    ['shop.default.svc.cluster.local', 'shop.default.svc.cluster.local', 200, `${content.greeting}\n`],
    ['Shop.default.svc.cluster.local.:8080', 'shop.default.svc.cluster.local', 200, `${content.greeting}\n`],
    ['alias:8080', 'shop', 421, 'Misdirected Request: the Host header is "alias:8080", and this server serves shop alone.\n'],
    ['', 'shop', 421, 'Misdirected Request: the Host header is "", and this server serves shop alone.\n'],
  ])('asked as %j, serving %s: %i', (host, onlyHost, status, text) => {
    expect(responseTo({ path: '/', host }, { ...content, onlyHost })).toEqual({ status, text })
  })

  test('answers with its files and its environment', () => {
    expect(responseTo({ path: '/etc/hostname', host: '' }, { ...content, onlyHost: undefined }).text).toBe('web\n')
    expect(responseTo({ path: '/env', host: '' }, { ...content, onlyHost: undefined }).text).toBe('A=b\n')
  })
})
