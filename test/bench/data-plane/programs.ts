/** The programs of the bench, each in its own process on loopback, ended with the bench. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'

export const PORTS = { backend: 29401, haproxy: 29402, fairlead: 29403, udpEcho: 29411, udpNginx: 29412, udpFairlead: 29413 } as const
const STREAM_MODULE = '/usr/lib/nginx/modules/ngx_stream_module.so'

/** The tools that are not on this machine; with what installs them. */
export function missingTools(): readonly string[] {
  const tools = ['haproxy', 'nginx', 'wrk'].filter((tool) => spawnSync('which', [tool]).status !== 0)
  return tools.length > 0 ? tools : readable(STREAM_MODULE) ? [] : [STREAM_MODULE]
}

export const HOW_TO_INSTALL = 'apt-get install --no-install-recommends haproxy nginx libnginx-mod-stream wrk'

export function versions(): Readonly<Record<string, string>> {
  const said = (command: string, flag: string): string => {
    const { stdout, stderr } = spawnSync(command, [flag], { encoding: 'utf8' })
    return /\d+\.\d+(\.\d+)?/.exec(`${stdout}${stderr}`)?.[0] ?? 'unknown'
  }
  return { haproxy: said('haproxy', '-v'), nginx: said('nginx', '-v'), wrk: said('wrk', '-v'), node: process.versions.node }
}

export interface Programs {
  readonly pids: { readonly haproxy: number; readonly fairlead: number; readonly nginx: number }
  stop(): Promise<void>
}

export async function startPrograms(): Promise<Programs> {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-bench-'))
  writeFileSync(join(folder, 'big'), Buffer.alloc(8 << 20, 'x'))
  const backend = started('nginx', ['-c', written(folder, 'backend.conf', backendConfig(folder)), '-e', join(folder, 'backend.log')])
  const nginx = started('nginx', ['-c', written(folder, 'udp.conf', udpConfig(folder)), '-e', join(folder, 'udp.log')])
  const haproxy = started('haproxy', ['-f', written(folder, 'haproxy.cfg', HAPROXY)])
  const echo = started(process.execPath, [join(import.meta.dirname, 'udp-echo.ts'), String(PORTS.udpEcho)])
  const fairlead = started(process.execPath, [
    join(import.meta.dirname, 'balancer.ts'),
    ...[PORTS.fairlead, PORTS.backend, PORTS.udpFairlead, PORTS.udpEcho].map(String),
  ])
  const all = [fairlead, haproxy, nginx, echo, backend]
  await Promise.all([listens(PORTS.backend), listens(PORTS.haproxy), listens(PORTS.fairlead)])
  return { pids: { haproxy: haproxy.pid ?? 0, fairlead: fairlead.pid ?? 0, nginx: childOf(nginx.pid ?? 0) }, stop: () => stopped(all, folder) }
}

/** Seconds of processor time a process has used, in user space and in the kernel. */
export function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
}

const TICKS_PER_SECOND = 100

export function residentMegabytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024
}

/** nginx works in a child of the process that was started. */
function childOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0])
}

function started(command: string, args: readonly string[]): ChildProcess {
  const child = spawn(command, args, { stdio: ['pipe', 'ignore', 'inherit'] })
  child.on('error', (error) => console.error(`${command}: ${error.message}`))
  return child
}

async function stopped(all: readonly ChildProcess[], folder: string): Promise<void> {
  for (const child of all) {
    if (child.exitCode !== null || child.signalCode !== null) continue
    const gone = once(child, 'exit')
    child.kill('SIGTERM')
    await gone
  }
  rmSync(folder, { recursive: true })
}

async function listens(port: number): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const socket = connect(port, '127.0.0.1')
    const answered = await Promise.race([once(socket, 'connect').then(() => true), once(socket, 'close').then(() => false)]).catch(() => false)
    socket.destroy()
    if (answered) return
    await setTimeout(50)
  }
  throw new Error(`nothing listens on port ${port}`)
}

function written(folder: string, name: string, text: string): string {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

function readable(path: string): boolean {
  try {
    readFileSync(path)
    return true
  } catch {
    return false
  }
}

function backendConfig(folder: string): string {
  return `worker_processes 1; daemon off; user root; pid ${folder}/backend.pid;
events { worker_connections 8192; }
http {
  access_log off; keepalive_requests 100000000; sendfile on;
  server {
    listen 127.0.0.1:${PORTS.backend} backlog=4096;
    location = / { return 200 "hello from the backend\\n"; }
    location = /big { root ${folder}; }
  }
}
`
}

function udpConfig(folder: string): string {
  return `load_module ${STREAM_MODULE};
worker_processes 1; daemon off; pid ${folder}/udp.pid;
events { worker_connections 8192; }
stream { server { listen 127.0.0.1:${PORTS.udpNginx} udp; proxy_pass 127.0.0.1:${PORTS.udpEcho}; proxy_timeout 60s; } }
`
}

const HAPROXY = `global
  nbthread 1
  maxconn 8000
defaults
  mode tcp
  timeout connect 5s
  timeout client 60s
  timeout server 60s
frontend in
  bind 127.0.0.1:${PORTS.haproxy}
  default_backend out
backend out
  server backend 127.0.0.1:${PORTS.backend}
`
