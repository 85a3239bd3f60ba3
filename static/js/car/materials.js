// What the parts of a car are made of.
import { BackSide, FrontSide, MeshPhysicalMaterial, MeshStandardMaterial } from "../../vendor/three/three.min.js";

const FINISHES = {
  solid: {},
  metallic: { metalness: 0.85, roughness: 0.24 },
  pearl: { metalness: 0.28, roughness: 0.42, iridescence: 0.25, iridescenceIOR: 1.5, iridescenceThicknessMinimum: 180, iridescenceThicknessMaximum: 420 },
  matte: { metalness: 0.45, roughness: 0.52, clearcoat: 0.25, clearcoatRoughness: 0.45 },
  satin: { metalness: 0.3, roughness: 0.42, clearcoat: 0.7, clearcoatRoughness: 0.22 },
};

/** Clear-coat paint: `color` as #rrggbb, `finish` one of solid, metallic, pearl, matte, satin. */
export function paintMaterial({ color, finish = "metallic" }) {
  const lacquer = { color, clearcoat: 1, clearcoatRoughness: 0.015, roughness: 0.38, metalness: 0, side: FrontSide };
  return shaded(new MeshPhysicalMaterial({ ...lacquer, ...FINISHES[finish] }));
}

/** One material for each name that the panels use. */
export function materialsOf(spec) {
  const standard = (options) => shaded(new MeshStandardMaterial(options));
  const physical = (options) => shaded(new MeshPhysicalMaterial(options));
  return {
    paint: paintMaterial(spec.paint),
    roof: spec.roof?.color ? paintMaterial({ color: spec.roof.color, finish: "solid" }) : null,
    glass: physical({ color: "#05080a", roughness: 0, metalness: 0, ior: 1.5, transparent: true, opacity: 0.86 }),
    glassRoof: physical({ color: "#030405", roughness: 0, ior: 1.5 }),
    gloss: physical({ color: "#070809", roughness: 0.15, clearcoat: 1, clearcoatRoughness: 0.03 }),
    plastic: standard({ color: "#232629", roughness: 0.55 }),
    gap: standard({ color: "#030303", roughness: 1, envMapIntensity: 0.15 }),
    silver: standard({ color: "#9a9fa4", roughness: 0.42, metalness: 0.75 }),
    chrome: standard({ color: "#c9ced4", roughness: 0.16, metalness: 1 }),
    inner: standard({ color: "#0b0c0d", roughness: 0.9, envMapIntensity: 0.25, side: BackSide }),
    drl: new MeshStandardMaterial({ color: "#ffffff", emissive: "#f4f8ff", emissiveIntensity: 2.6 }),
    drl2: new MeshStandardMaterial({ color: "#cfd8e2", emissive: "#dfe9f5", emissiveIntensity: 0.22, roughness: 0.15 }),
    lens: physical({ color: "#1a2026", roughness: 0.05, clearcoat: 1, metalness: 0.4 }),
    red: new MeshStandardMaterial({ color: "#5a0508", emissive: "#ff1a22", emissiveIntensity: 1.5, roughness: 0.25 }),
    redDark: physical({ color: "#2a0406", roughness: 0.12, clearcoat: 1 }),
  };
}

/** The vertices' openness (attribute `ao`) dims what a surface reflects, too; three's own aoMap needs a texture for that. */
function shaded(material) {
  material.onBeforeCompile = (shader) => {
    shader.vertexShader = shader.vertexShader
      .replace("#include <common>", "#include <common>\nattribute float ao; varying float vAo;")
      .replace("#include <begin_vertex>", "#include <begin_vertex>\nvAo = ao;");
    shader.fragmentShader = shader.fragmentShader
      .replace("#include <common>", "#include <common>\nvarying float vAo;")
      .replace(
        "#include <aomap_fragment>",
        `reflectedLight.indirectDiffuse *= vAo;
        reflectedLight.indirectSpecular *= mix(vAo * vAo, 1.0, 0.06);
        #ifdef USE_CLEARCOAT
          clearcoatSpecularIndirect *= mix(vAo * vAo, 1.0, 0.06);
        #endif`,
      );
  };
  material.customProgramCacheKey = () => "ao";
  return material;
}
