namespace GpuOps.Schedulers;

/// <summary>A job that another waits for.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Type">How it must end.</param>
public sealed record GpuJobDependency(string Id, GpuJobDependencyType Type = GpuJobDependencyType.Success)
{
    /// <summary>For people: <c>success:16</c>.</summary>
    public override string ToString() => $"{(Type == GpuJobDependencyType.Success ? "success" : "any")}:{Id}";
}
