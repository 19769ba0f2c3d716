namespace GpuOps.Channels;

/// <summary>What carries a connection over SSH.</summary>
public enum SshTransport
{
    /// <summary>The SSH of this module, SSH.NET: nothing has to be installed.</summary>
    SshNet,

    /// <summary>The installed <c>ssh</c>, with one master connection: for Kerberos, hardware keys and a site's own ways to log in.</summary>
    OpenSsh,
}
