namespace GpuOps.Channels;

/// <summary>One step of testing the way to a host.</summary>
/// <param name="Profile">The profile or host that is tested.</param>
/// <param name="Host">The host of the way that the step is about, as <c>user@host</c>.</param>
/// <param name="Step">What was tried.</param>
/// <param name="Succeeded">Whether it worked.</param>
/// <param name="Detail">What was seen, or what went wrong and what to do.</param>
public sealed record SshCheck(string Profile, string Host, SshStep Step, bool Succeeded, string Detail);
