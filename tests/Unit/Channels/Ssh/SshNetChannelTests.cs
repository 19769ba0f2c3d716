namespace GpuOps.Unit.Channels.Ssh;

/// <summary>The contract over SSH.NET.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class SshNetChannelTests() : SshChannelContract(ChannelKind.SshNet);
