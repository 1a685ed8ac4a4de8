/** Fields of what a Pod may mount. The notation is explained in `notation.ts`. */
export const VOLUMES = `
core.Volume
  name 1 string!, - 2 core.VolumeSource inline
core.VolumeSource
  hostPath 1 *core.HostPathVolumeSource, emptyDir 2 *core.EmptyDirVolumeSource, gcePersistentDisk 3 *core.GCEPersistentDiskVolumeSource,
  awsElasticBlockStore 4 *core.AWSElasticBlockStoreVolumeSource, gitRepo 5 *core.GitRepoVolumeSource, secret 6 *core.SecretVolumeSource,
  nfs 7 *core.NFSVolumeSource, iscsi 8 *core.ISCSIVolumeSource, glusterfs 9 *core.GlusterfsVolumeSource,
  persistentVolumeClaim 10 *core.PersistentVolumeClaimVolumeSource, rbd 11 *core.RBDVolumeSource, flexVolume 12 *core.FlexVolumeSource,
  cinder 13 *core.CinderVolumeSource, cephfs 14 *core.CephFSVolumeSource, flocker 15 *core.FlockerVolumeSource,
  downwardAPI 16 *core.DownwardAPIVolumeSource, fc 17 *core.FCVolumeSource, azureFile 18 *core.AzureFileVolumeSource,
  configMap 19 *core.ConfigMapVolumeSource, vsphereVolume 20 *core.VsphereVirtualDiskVolumeSource, quobyte 21 *core.QuobyteVolumeSource,
  azureDisk 22 *core.AzureDiskVolumeSource, photonPersistentDisk 23 *core.PhotonPersistentDiskVolumeSource, projected 26 *core.ProjectedVolumeSource,
  portworxVolume 24 *core.PortworxVolumeSource, scaleIO 25 *core.ScaleIOVolumeSource, storageos 27 *core.StorageOSVolumeSource,
  csi 28 *core.CSIVolumeSource, ephemeral 29 *core.EphemeralVolumeSource, image 30 *core.ImageVolumeSource
core.HostPathVolumeSource
  path 1 string!, type 2 *string
core.EmptyDirVolumeSource
  medium 1 string, sizeLimit 2 *Quantity, mode 3 *int32
core.GCEPersistentDiskVolumeSource
  pdName 1 string!, fsType 2 string, partition 3 int32, readOnly 4 bool
core.AWSElasticBlockStoreVolumeSource
  volumeID 1 string!, fsType 2 string, partition 3 int32, readOnly 4 bool
core.GitRepoVolumeSource
  repository 1 string!, revision 2 string, directory 3 string
core.SecretVolumeSource
  secretName 1 string, items 2 []core.KeyToPath, defaultMode 3 *int32, optional 4 *bool, defaultUser 5 *int64
core.KeyToPath
  key 1 string!, path 2 string!, mode 3 *int32, user 4 *int64
core.NFSVolumeSource
  server 1 string!, path 2 string!, readOnly 3 bool
core.ISCSIVolumeSource
  targetPortal 1 string!, iqn 2 string!, lun 3 int32!, iscsiInterface 4 string default=default, fsType 5 string, readOnly 6 bool,
  portals 7 []string, chapAuthDiscovery 8 bool, chapAuthSession 11 bool, secretRef 10 *core.LocalObjectReference, initiatorName 12 *string
core.GlusterfsVolumeSource
  endpoints 1 string!, path 2 string!, readOnly 3 bool
core.PersistentVolumeClaimVolumeSource
  claimName 1 string!, readOnly 2 bool
core.RBDVolumeSource
  monitors 1 []string!, image 2 string!, fsType 3 string, pool 4 string default=rbd, user 5 string default=admin,
  keyring 6 string default=/etc/ceph/keyring, secretRef 7 *core.LocalObjectReference, readOnly 8 bool
core.FlexVolumeSource
  driver 1 string!, fsType 2 string, secretRef 3 *core.LocalObjectReference, readOnly 4 bool, options 5 {}string
core.CinderVolumeSource
  volumeID 1 string!, fsType 2 string, readOnly 3 bool, secretRef 4 *core.LocalObjectReference
core.CephFSVolumeSource
  monitors 1 []string!, path 2 string, user 3 string, secretFile 4 string, secretRef 5 *core.LocalObjectReference, readOnly 6 bool
core.FlockerVolumeSource
  datasetName 1 string, datasetUUID 2 string
core.DownwardAPIVolumeSource
  items 1 []core.DownwardAPIVolumeFile, defaultMode 2 *int32, defaultUser 3 *int64
core.DownwardAPIVolumeFile
  path 1 string!, fieldRef 2 *core.ObjectFieldSelector, resourceFieldRef 3 *core.ResourceFieldSelector, mode 4 *int32, user 5 *int64
core.ObjectFieldSelector atomic
  apiVersion 1 string, fieldPath 2 string!
core.ResourceFieldSelector atomic
  containerName 1 string, resource 2 string!, divisor 3 Quantity
core.FCVolumeSource
  targetWWNs 1 []string, lun 2 *int32, fsType 3 string, readOnly 4 bool, wwids 5 []string
core.AzureFileVolumeSource
  secretName 1 string!, shareName 2 string!, readOnly 3 bool
core.ConfigMapVolumeSource
  - 1 core.LocalObjectReference inline, items 2 []core.KeyToPath, defaultMode 3 *int32, optional 4 *bool, defaultUser 5 *int64
core.VsphereVirtualDiskVolumeSource
  volumePath 1 string!, fsType 2 string, storagePolicyName 3 string, storagePolicyID 4 string
core.QuobyteVolumeSource
  registry 1 string!, volume 2 string!, readOnly 3 bool, user 4 string, group 5 string, tenant 6 string
core.AzureDiskVolumeSource
  diskName 1 string!, diskURI 2 string!, cachingMode 3 *string default=ref(AzureDataDiskCachingReadWrite), fsType 4 *string default=ext4,
  readOnly 5 *bool default=false, kind 6 *string default=ref(AzureSharedBlobDisk)
core.PhotonPersistentDiskVolumeSource
  pdID 1 string!, fsType 2 string
core.ProjectedVolumeSource
  sources 1 []core.VolumeProjection!, defaultMode 2 *int32, defaultUser 3 *int64
core.VolumeProjection
  secret 1 *core.SecretProjection, downwardAPI 2 *core.DownwardAPIProjection, configMap 3 *core.ConfigMapProjection,
  serviceAccountToken 4 *core.ServiceAccountTokenProjection, clusterTrustBundle 5 *core.ClusterTrustBundleProjection,
  podCertificate 6 *core.PodCertificateProjection
core.SecretProjection
  - 1 core.LocalObjectReference inline, items 2 []core.KeyToPath, optional 4 *bool
core.DownwardAPIProjection
  items 1 []core.DownwardAPIVolumeFile
core.ConfigMapProjection
  - 1 core.LocalObjectReference inline, items 2 []core.KeyToPath, optional 4 *bool
core.ServiceAccountTokenProjection
  audience 1 string, expirationSeconds 2 *int64, path 3 string!, user 4 *int64
core.ClusterTrustBundleProjection
  name 1 *string, signerName 2 *string, labelSelector 3 *meta.LabelSelector, optional 5 *bool, path 4 string!, user 6 *int64
core.PodCertificateProjection
  signerName 1 string, keyType 2 string, maxExpirationSeconds 3 *int32, credentialBundlePath 4 string, keyPath 5 string,
  certificateChainPath 6 string, userAnnotations 7 {}string, user 8 *int64
core.PortworxVolumeSource
  volumeID 1 string!, fsType 2 string, readOnly 3 bool
core.ScaleIOVolumeSource
  gateway 1 string!, system 2 string!, secretRef 3 *core.LocalObjectReference!, sslEnabled 4 bool, protectionDomain 5 string, storagePool 6 string,
  storageMode 7 string default=ThinProvisioned, volumeName 8 string, fsType 9 string default=xfs, readOnly 10 bool
core.StorageOSVolumeSource
  volumeName 1 string, volumeNamespace 2 string, fsType 3 string, readOnly 4 bool, secretRef 5 *core.LocalObjectReference
core.CSIVolumeSource
  driver 1 string!, readOnly 2 *bool, fsType 3 *string, volumeAttributes 4 {}string, nodePublishSecretRef 5 *core.LocalObjectReference
core.EphemeralVolumeSource
  volumeClaimTemplate 1 *core.PersistentVolumeClaimTemplate
core.PersistentVolumeClaimTemplate
  metadata 1 meta.ObjectMeta+, spec 2 core.PersistentVolumeClaimSpec!
core.PersistentVolumeClaimSpec
  accessModes 1 []string, selector 4 *meta.LabelSelector, resources 2 core.VolumeResourceRequirements+, volumeName 3 string,
  storageClassName 5 *string, volumeMode 6 *string, dataSource 7 *core.TypedLocalObjectReference, dataSourceRef 8 *core.TypedObjectReference,
  volumeAttributesClassName 9 *string
core.VolumeResourceRequirements
  limits 1 {}Quantity, requests 2 {}Quantity
core.TypedLocalObjectReference atomic
  apiGroup 1 *string!, kind 2 string!, name 3 string!
core.TypedObjectReference
  apiGroup 1 *string!, kind 2 string!, name 3 string!, namespace 4 *string
core.ImageVolumeSource
  reference 1 string, pullPolicy 2 string
`
