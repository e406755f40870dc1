import { expect, test } from "vitest";
import { cogBaseImages } from "#compat";
import { renderCogBase } from "#dockerfile";
import { planCogBase } from "./cog-base.ts";

test("every combination has a plan with the torch and the CUDA of its name", () => {
  const plans = cogBaseImages().map((image) => ({ image, plan: planCogBase(image) }));
  for (const { image, plan } of plans) {
    const { python, cuda, torch } = image;
    expect(plan.tag).toContain(`python${python}`);
    if (cuda === undefined) expect(plan.base.image).toBe(`python:${python}-slim`);
    else expect(plan.base.image).toMatch(new RegExp(`^nvidia/cuda:${cuda.replace(".", "\\.")}[.-].*-devel-`));
    const packages = plan.requirements.filter((line) => !line.startsWith("-"));
    expect(packages.map((line) => line.split("==")[0])).toEqual(
      torch === undefined ? [] : ["torch", "torchvision", "torchaudio"],
    );
    if (torch !== undefined) expect(packages[0]).toBe(`torch==${torch}`);
  }
});

test("the Dockerfile of a base image for the CPU", () => {
  const text = renderCogBase(planCogBase({ python: "3.12", torch: "2.3.1" }));
  expect(text.replace(/COG_LAYER="touch.*"/, "COG_LAYER=…")).toMatchSnapshot();
});
