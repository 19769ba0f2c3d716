using GpuOps.Channels.Ssh;

namespace GpuOps.Cmdlets.Module;

/// <summary>
/// Leads a connection's questions to the person whose command caused it, although the connection is then shared by all
/// commands and runspaces: who answers goes along with the command's work, from thread to thread.
/// </summary>
internal sealed class Questioner
{
    private readonly AsyncLocal<SshDialog?> _current = new();

    public Questioner() => Dialog = new SshDialog { Now = () => _current.Value };

    /// <summary>What connections are given: it asks whoever is there when one is opened, and nobody in completions.</summary>
    public SshDialog Dialog { get; }

    /// <summary>Says who answers for the work that begins here.</summary>
    public void Use(SshDialog dialog) => _current.Value = dialog;
}
