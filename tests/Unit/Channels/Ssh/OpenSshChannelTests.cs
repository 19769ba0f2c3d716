namespace GpuOps.Unit.Channels.Ssh;

/// <summary>The contract over the installed ssh.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class OpenSshChannelTests() : SshChannelContract(ChannelKind.OpenSsh);
