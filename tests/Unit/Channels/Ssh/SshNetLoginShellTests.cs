namespace GpuOps.Unit.Channels.Ssh;

/// <summary>The contract over SSH.NET.</summary>
public sealed class SshNetLoginShellTests() : LoginShellContract(ChannelKind.SshNet);
