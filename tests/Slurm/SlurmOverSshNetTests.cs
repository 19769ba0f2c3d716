using System.Runtime.Versioning;
using GpuOps.Unit.Channels.Ssh;

namespace GpuOps.SlurmTests;

/// <summary>The contract over SSH.NET.</summary>
[SupportedOSPlatform("linux")]
public sealed class SlurmOverSshNetTests(SlurmCluster cluster) : SlurmOverSshContract(cluster, ChannelKind.SshNet);
