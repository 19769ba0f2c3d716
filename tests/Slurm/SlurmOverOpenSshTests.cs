using System.Runtime.Versioning;
using GpuOps.Unit.Channels.Ssh;

namespace GpuOps.SlurmTests;

/// <summary>The contract over the installed ssh.</summary>
[SupportedOSPlatform("linux")]
public sealed class SlurmOverOpenSshTests(SlurmCluster cluster) : SlurmOverSshContract(cluster, ChannelKind.OpenSsh);
