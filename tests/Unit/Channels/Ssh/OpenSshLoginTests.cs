namespace GpuOps.Unit.Channels.Ssh;

/// <summary>The contract over the installed ssh.</summary>
public sealed class OpenSshLoginTests() : SshLoginContract(ChannelKind.OpenSsh);
