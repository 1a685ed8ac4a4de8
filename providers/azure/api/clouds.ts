/** Azure's clouds: where Azure Resource Manager answers, whom tokens are for, and who gives them. Source: `az cloud list`. */
export interface AzureCloud {
  readonly endpoint: string
  readonly scope: string
  readonly authority: string
}

export const CLOUDS = {
  public: { endpoint: 'https://management.azure.com', scope: 'https://management.azure.com/.default', authority: 'https://login.microsoftonline.com' },
  china: {
    endpoint: 'https://management.chinacloudapi.cn',
    scope: 'https://management.chinacloudapi.cn/.default',
    authority: 'https://login.chinacloudapi.cn',
  },
  'us-government': {
    endpoint: 'https://management.usgovcloudapi.net',
    scope: 'https://management.usgovcloudapi.net/.default',
    authority: 'https://login.microsoftonline.us',
  },
} as const satisfies Record<string, AzureCloud>

export type CloudName = keyof typeof CLOUDS
