namespace GpuOps.Channels.Ssh;

/// <summary>Who answers what a connection asks. By default nobody: then what needs an answer fails.</summary>
public sealed record SshDialog
{
    /// <summary>Says whether an unknown host key is right; a yes adds it to the known ones.</summary>
    public Func<UnknownHostKey, CancellationToken, Task<bool>>? TrustHostKey { get; init; }

    /// <summary>Answers a question; null when there is no answer.</summary>
    public Func<SshPrompt, CancellationToken, Task<string?>>? Ask { get; init; }

    /// <summary>Is told what a person has to do meanwhile, such as to touch a hardware key.</summary>
    public Action<SshPrompt>? Tell { get; init; }
}
