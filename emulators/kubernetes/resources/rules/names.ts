/** The forms of names, label keys and the like, and what the API server says of a text that has not the form. Each answers what is wrong: nothing, when all is well. */

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?'
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`
const KEY = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]'
const CONFIG_KEY = '[-._a-zA-Z0-9]+'
const LABEL_WORDS =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character"
const SUBDOMAIN_WORDS =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character"
const KEY_WORDS = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"
const VALUE_WORDS =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"

const isWhole = (form: string, text: string): boolean => new RegExp(`^${form}$`).test(text)
const atMost = (length: number, unit: 'bytes' | 'characters' = 'characters'): string => `must be no more than ${length} ${unit}`
const words = (what: string, form: string, ...examples: string[]): string =>
  `${what} (e.g. ${examples.map((example) => `'${example}', `).join(' or ')}regex used for validation is '${form}')`

/** A DNS label (RFC 1123): at most 63 characters. */
export function wrongLabel(text: string): string[] {
  const wrong = text.length > 63 ? [atMost(63)] : []
  if (isWhole(LABEL, text)) return wrong
  return [...wrong, isWhole(SUBDOMAIN, text) ? 'must not contain dots' : words(LABEL_WORDS, LABEL, 'my-name', '123-abc')]
}

/** A DNS name of one or more labels: at most 253 characters. */
export function wrongSubdomain(text: string, unit: 'bytes' | 'characters' = 'characters'): string[] {
  const wrong = text.length > 253 ? [atMost(253, unit)] : []
  return isWhole(SUBDOMAIN, text) ? wrong : [...wrong, words(SUBDOMAIN_WORDS, SUBDOMAIN, 'example.com')]
}

/** `name` or `dns.prefix/name`, as the keys of labels are. */
export function wrongQualifiedName(text: string): string[] {
  const parts = text.split('/')
  if (parts.length > 2) {
    return [
      `a valid label key ${words(KEY_WORDS, KEY, 'MyName', 'my.name', '123-abc')} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ]
  }
  const wrong: string[] = []
  const [name, prefix] = parts.length === 2 ? [parts[1] ?? '', parts[0]] : [text, undefined]
  if (prefix === '') wrong.push('prefix part must be non-empty')
  else if (prefix !== undefined) wrong.push(...wrongSubdomain(prefix, 'bytes').map((why) => `prefix part ${why}`))
  if (name === '') wrong.push('name part must be non-empty')
  else if (name.length > 63) wrong.push(`name part ${atMost(63, 'bytes')}`)
  if (!isWhole(KEY, name)) wrong.push(`name part ${words(KEY_WORDS, KEY, 'MyName', 'my.name', '123-abc')}`)
  return wrong
}

/** The value of a label: at most 63 characters, or empty. */
export function wrongLabelValue(text: string): string[] {
  const wrong = text.length > 63 ? [atMost(63, 'bytes')] : []
  return isWhole(`(${KEY})?`, text) ? wrong : [...wrong, words(VALUE_WORDS, `(${KEY})?`, 'MyValue', 'my_value', '12345')]
}

/** The name of a port as IANA registers them. */
export function wrongPortName(text: string): string[] {
  const wrong = text.length > 15 ? [atMost(15)] : []
  if (!/^[-a-z0-9]+$/.test(text)) wrong.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)')
  if (!/[a-z]/.test(text)) wrong.push('must contain at least one letter (a-z)')
  if (text.includes('--')) wrong.push('must not contain consecutive hyphens')
  if (text.startsWith('-') || text.endsWith('-')) wrong.push('must not begin or end with a hyphen')
  return wrong
}

export const wrongPortNumber = (port: number): string[] => (port >= 1 && port <= 65_535 ? [] : ['must be between 1 and 65535, inclusive'])

/** A key of the data of a ConfigMap or Secret. */
export function wrongConfigKey(text: string): string[] {
  const wrong = text.length > 253 ? [atMost(253)] : []
  if (!isWhole(CONFIG_KEY, text)) {
    wrong.push(words("a valid config key must consist of alphanumeric characters, '-', '_' or '.'", CONFIG_KEY, 'key.name', 'KEY_NAME', 'key-name'))
  }
  if (text === '.' || text === '..') wrong.push(`must not be '${text}'`)
  else if (text.startsWith('..')) wrong.push("must not start with '..'")
  return wrong
}
