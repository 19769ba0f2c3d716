namespace GpuOps.Channels.Ssh;

/// <summary>How far a test has come on the way to a host.</summary>
/// <param name="profile">What is tested.</param>
/// <param name="report">Is told of each step.</param>
internal sealed class SshTrail(string profile, Action<SshCheck> report)
{
    private (string Host, SshStep Step) _now = (profile, SshStep.Configuration);

    /// <summary>Begins a step.</summary>
    public void Begin(SshDestination hop, SshStep step) => Begin(hop.Description, step);

    /// <summary>Begins a step.</summary>
    public void Begin(string host, SshStep step) => _now = (host, step);

    /// <summary>The step that was begun last has worked.</summary>
    public void Done(string detail) => report(new SshCheck(profile, _now.Host, _now.Step, true, detail));

    /// <summary>The step that was begun last has not.</summary>
    public void Fail(string detail) => report(new SshCheck(profile, _now.Host, _now.Step, false, detail));
}
