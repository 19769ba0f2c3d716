namespace GpuOps.Hosted.Hosting;

/// <summary>Tests that need the process for themselves: they change its environment, or count what it has.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "Alone in the process";
}
