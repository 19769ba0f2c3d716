namespace GpuOps.Pools;

/// <summary>A reservation or a waiting request, and the process behind it.</summary>
/// <param name="Id">The reservation's or request's id.</param>
/// <param name="Host">The host whose GPUs it concerns.</param>
/// <param name="Holder">The process that holds or waits.</param>
public sealed record Claim(string Id, string Host, ProcessIdentity Holder);
