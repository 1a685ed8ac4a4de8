/** Fields of the Service, its ports and its status, Endpoints and EndpointSlices. The notation is explained in `notation.ts`. */
export const SERVICES = `
core.Service
  metadata 1 meta.ObjectMeta+, spec 2 core.ServiceSpec+, status 3 core.ServiceStatus+
core.ServiceSpec
  ports 1 []core.ServicePort keys=port+protocol merge=port, selector 2 {}string atomic, clusterIP 3 string, clusterIPs 18 []string, type 4 string,
  externalIPs 5 []string, sessionAffinity 7 string, loadBalancerIP 8 string, loadBalancerSourceRanges 9 []string, externalName 10 string,
  externalTrafficPolicy 11 string, healthCheckNodePort 12 int32, publishNotReadyAddresses 13 bool,
  sessionAffinityConfig 14 *core.SessionAffinityConfig, ipFamilies 19 []string, ipFamilyPolicy 17 *string, allocateLoadBalancerNodePorts 20 *bool,
  loadBalancerClass 21 *string, internalTrafficPolicy 22 *string, trafficDistribution 23 *string
core.ServicePort
  name 1 string, protocol 2 string default=TCP, appProtocol 6 *string, port 3 int32!, targetPort 4 IntOrString, nodePort 5 int32
core.SessionAffinityConfig
  clientIP 1 *core.ClientIPConfig
core.ClientIPConfig
  timeoutSeconds 1 *int32
core.ServiceStatus
  loadBalancer 1 core.LoadBalancerStatus+, conditions 2 []meta.Condition keys=type merge=type
core.LoadBalancerStatus
  ingress 1 []core.LoadBalancerIngress
core.LoadBalancerIngress
  ip 1 string, hostname 2 string, ipMode 3 *string, ports 4 []core.PortStatus
core.PortStatus
  port 1 int32!, protocol 2 string!, error 3 *string
core.Endpoints
  metadata 1 meta.ObjectMeta+, subsets 2 []core.EndpointSubset
core.EndpointSubset
  addresses 1 []core.EndpointAddress, notReadyAddresses 2 []core.EndpointAddress, ports 3 []core.EndpointPort
core.EndpointAddress atomic
  ip 1 string!, hostname 3 string, nodeName 4 *string, targetRef 2 *core.ObjectReference
core.EndpointPort atomic
  name 1 string, port 2 int32!, protocol 3 string, appProtocol 4 *string
discovery.EndpointSlice
  metadata 1 meta.ObjectMeta+, addressType 4 string!, endpoints 2 []discovery.Endpoint!, ports 3 []discovery.EndpointPort!
discovery.Endpoint
  addresses 1 []string! set, conditions 2 discovery.EndpointConditions+, hostname 3 *string, targetRef 4 *core.ObjectReference,
  deprecatedTopology 5 {}string, nodeName 6 *string, zone 7 *string, hints 8 *discovery.EndpointHints
discovery.EndpointConditions
  ready 1 *bool, serving 2 *bool, terminating 3 *bool
discovery.EndpointHints
  forZones 1 []discovery.ForZone, forNodes 2 []discovery.ForNode
discovery.ForZone
  name 1 string!
discovery.ForNode
  name 1 string!
discovery.EndpointPort atomic
  name 1 *string, protocol 2 *string, port 3 *int32, appProtocol 4 *string
`
