namespace GpuOps.Rigs;

/// <summary>What a private sshd is to be like.</summary>
public sealed record SshdRigOptions
{
    /// <summary>The address of loopback it listens on: each is a host of its own.</summary>
    public string Address { get; init; } = "127.0.0.1";

    /// <summary>The host it runs on, with the address it listens on; null for this one.</summary>
    public NetworkHost? Host { get; init; }

    /// <summary>A program that takes the place of the account's login shell, such as tcsh; null for the account's own.</summary>
    public string? Shell { get; init; }

    /// <summary>More lines of sshd_config.</summary>
    public IReadOnlyList<string> Lines { get; init; } = [];
}
