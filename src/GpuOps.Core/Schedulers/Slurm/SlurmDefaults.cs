namespace GpuOps.Schedulers.Slurm;

/// <summary>What a backend gives to jobs that do not say it themselves: not in the request, not in a script's <c>#SBATCH</c> lines.</summary>
internal static class SlurmDefaults
{
    /// <summary>The request with the defaults.</summary>
    /// <param name="request">The request.</param>
    /// <param name="options">The backend's options.</param>
    public static SlurmJobRequest Apply(SlurmJobRequest request, SlurmOptions options)
    {
        var resources = request.Resources;
        return request with
        {
            Output = request.Output ?? (IsSaid("output", 'o') ? null : LogOf(request, options.LogFolder)),
            Resources = resources with
            {
                Partition = resources.Partition ?? (IsSaid("partition", 'p') ? null : options.Partition),
                Account = resources.Account ?? (IsSaid("account", 'A') ? null : options.Account),
                Qos = resources.Qos ?? (IsSaid("qos", 'q') ? null : options.Qos),
            },
        };

        bool IsSaid(string name, char letter) => SbatchDirectives.Find(request, name, letter) is not null;
    }

    private static string? LogOf(SlurmJobRequest request, string? folder) =>
        folder is null ? null : $"{folder.TrimEnd('/')}/{(request is { Array: null, TaskArguments: null } ? "%x-%j.out" : "%x-%A_%a.out")}";
}
