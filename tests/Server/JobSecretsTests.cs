using GpuOps.Schedulers.Queue.Store;

namespace GpuOps.ServerTests;

/// <summary>The variables of many jobs, which a service that was killed starts all at once.</summary>
public sealed class JobSecretsTests
{
    [Fact]
    public void Many_seal_and_open_at_once()
    {
        var folder = Directory.CreateTempSubdirectory("gpuops-key-").FullName;
        using (var secrets = JobSecrets.Open(Path.Combine(folder, "key")))
        {
            Parallel.For(1, 20_000, new ParallelOptions { MaxDegreeOfParallelism = 8 }, job =>
            {
                var variables = new Dictionary<string, string> { ["TOKEN"] = $"{job}" };
                Assert.Equal(variables, secrets.Unseal(job, secrets.Seal(job, variables)));
            });
        }

        Directory.Delete(folder, recursive: true);
    }
}
