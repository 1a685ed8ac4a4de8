import { expect, test } from 'vitest'
import { faultsOf } from '../../docs/pictures.ts'

test.each([
  ['flowchart TD\n    a[one] --> b{"two (2)"}\n    subgraph c["three"]\n        d\n    end', []],
  ['sequenceDiagram\n    participant A as One\n    A->>A: itself', []],
  ['pie\n    a', ['"pie" is not a kind of picture that is used here']],
  ['flowchart TD\n    a[one --> b', ['a bracket or quote is not closed: a[one --> b']],
  ['flowchart TD\n    a[one) --> b', ['a bracket is not opened: a[one) --> b']],
  ['flowchart TD\n    a --> class[one]', ['class is a word of Mermaid, not a name: a --> class[one]']],
  ['flowchart TD\n    subgraph a\n    b', ['a group has no end']],
  ['sequenceDiagram\n    participant A\n    A->>B: hello', ['B is not a participant']],
])('%j', (picture, faults) => expect(faultsOf(picture)).toEqual(faults))
