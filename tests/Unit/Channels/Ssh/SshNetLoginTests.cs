namespace GpuOps.Unit.Channels.Ssh;

/// <summary>The contract over SSH.NET.</summary>
public sealed class SshNetLoginTests() : SshLoginContract(ChannelKind.SshNet);
