using GpuOps.Errors;

namespace GpuOps.Schedulers.Queue.Api;

/// <summary>An error as the service tells it.</summary>
/// <param name="Id">Its stable id.</param>
/// <param name="Kind">What kind of error.</param>
/// <param name="Message">What was wrong and what to do.</param>
public sealed record QueueFault(string Id, GpuOpsErrorKind Kind, string Message);
