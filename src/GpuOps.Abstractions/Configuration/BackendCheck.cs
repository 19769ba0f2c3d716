namespace GpuOps.Configuration;

/// <summary>One step of testing a backend.</summary>
/// <param name="Step">What was tried.</param>
/// <param name="Succeeded">Whether it worked.</param>
/// <param name="Detail">What was seen, or what went wrong and what to do.</param>
public sealed record BackendCheck(string Step, bool Succeeded, string Detail);
