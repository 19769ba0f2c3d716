namespace GpuOps.Unit.Channels.Ssh;

/// <summary>The contract over the installed ssh.</summary>
public sealed class OpenSshLoginShellTests() : LoginShellContract(ChannelKind.OpenSsh);
