namespace GpuOps.Unit;

/// <summary>Tests that need the process for themselves: they measure what it has.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "Alone in the process";
}
