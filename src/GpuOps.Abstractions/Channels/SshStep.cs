namespace GpuOps.Channels;

/// <summary>The steps of reaching a host, in their order.</summary>
public enum SshStep
{
    /// <summary>The configuration says where the host is.</summary>
    Configuration,

    /// <summary>The host's name has an address. A host behind another is looked up there, when it is connected to.</summary>
    Name,

    /// <summary>Something answers at its port and speaks SSH.</summary>
    Connect,

    /// <summary>The host shows the key that is known for it.</summary>
    HostKey,

    /// <summary>It lets the user in.</summary>
    Login,

    /// <summary>It runs commands.</summary>
    Command,
}
