/** What a terminal prints, as a picture. */
import { expect, test } from 'vitest'
import { runsOf, terminalSvg } from '../../../docs/pictures/terminal.ts'

test('has the colours of the terminal, and none of its sequences', () => {
  expect(runsOf('a \u001B[31mbad\u001B[39m\r\n\u001B[1mNAME\u001B[22m x\n')).toEqual([
    [{ text: 'a ' }, { text: 'bad', style: 'red' }],
    [{ text: 'NAME', style: 'strong' }, { text: ' x' }],
  ])
})

test('puts each word at its column, and shows what is markup as text', () => {
  const svg = terminalSvg('fairlead get', 'NAME   \u001B[32m<b> & "c"\u001B[39m', 20)
  expect(svg).toContain('<text x="16" y="49" textLength="32" lengthAdjust="spacingAndGlyphs">NAME</text>')
  expect(svg).toContain('<text x="72" y="49" textLength="72" lengthAdjust="spacingAndGlyphs" class="green">&lt;b&gt; &amp; &quot;c&quot;</text>')
  expect(svg).toContain('viewBox="0 0 192 70"')
})
