namespace GpuOps.Channels.Ssh;

/// <summary>Who answers what a connection asks. By default nobody: then what needs an answer fails.</summary>
public sealed record SshDialog
{
    /// <summary>Nobody, since a project's file chose the host.</summary>
    public static SshDialog Untrusted { get; } = new()
    {
        Silence = "Nothing is asked here, because gpuops.yaml, which anybody may have written, chose the host; Register-GpuBackend it yourself if it is right.",
    };

    /// <summary>Says whether an unknown host key is right; a yes adds it to the known ones.</summary>
    public Func<UnknownHostKey, CancellationToken, Task<bool>>? TrustHostKey { get; init; }

    /// <summary>Answers a question; null when there is no answer.</summary>
    public Func<SshPrompt, CancellationToken, Task<string?>>? Ask { get; init; }

    /// <summary>Is told what a person has to do meanwhile, such as to touch a hardware key.</summary>
    public Action<SshPrompt>? Tell { get; init; }

    /// <summary>Why nobody is asked, for errors; null when that needs no explanation.</summary>
    public string? Silence { get; init; }

    /// <summary>Finds who answers, each time a connection is opened: of a shared one it is who caused it. Null stays with this.</summary>
    public Func<SshDialog?>? Now { get; init; }

    /// <summary>Who answers for a connection that is opened now.</summary>
    public SshDialog ForConnection() => Now?.Invoke() ?? this;
}
